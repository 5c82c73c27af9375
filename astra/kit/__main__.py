"""`python -m` of the package: what the console command `astra-simulator` does."""

from .commands.main import main

if __name__ == "__main__":
    main(prog_name="astra-simulator")
