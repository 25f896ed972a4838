"""`python -m safeconduct` is the command `safeconduct`."""

from safeconduct.cli.main import main

if __name__ == "__main__":
    main()
