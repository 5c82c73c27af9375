#!/usr/bin/env python
"""Django's command line for Astra Simulator."""

from astra.__main__ import main

if __name__ == "__main__":
    main()
