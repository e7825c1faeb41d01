"""`python hosted.py PORT` in a snapshot: `streamlit run app.py` with what the viewer brings."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    runpy.run_path(str(Path(__file__).with_name("viewer.py")))["pretend"]()
    from streamlit.web import cli

    sys.argv = ["streamlit", "run", "app.py", "--server.port", sys.argv[1]]
    sys.exit(cli.main())
