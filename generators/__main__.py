"""python3 -m generators build|lock|check|format|new|show"""

import signal
import sys

from generators.cli import main

signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # "… | head" is no error
sys.exit(main())
