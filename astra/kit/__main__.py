"""`python -m astra.kit`: what the console command `astra-simulator` does."""

from astra.kit.commands.main import main

if __name__ == "__main__":
    main(prog_name="astra-simulator")
