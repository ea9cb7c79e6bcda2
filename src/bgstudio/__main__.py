"""``python -m bgstudio``."""

from bgstudio.cli.app import main

if __name__ == "__main__":
    main()
