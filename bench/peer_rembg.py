"""rembg's own cut-out of some pictures, for comparison; runs under an interpreter that has rembg.

    python peer_rembg.py JOBS.json

The jobs name the folder of the weights and, per picture, a file to read and a ``.npy`` to write: alpha, float32 0..1.
A local session is named, since rembg has sessions that send pictures away. Prints CPU seconds per picture as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    """Read the jobs, cut, write."""
    jobs = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    os.environ["U2NET_HOME"] = jobs["weights"]
    import numpy as np
    from PIL import Image
    from rembg import new_session, remove

    session = new_session("u2net")
    if not session.is_local():
        sys.exit("This session of rembg would send pictures away.")
    seconds = []
    for source, target in jobs["pictures"]:
        with Image.open(source) as opened:
            picture = opened.convert("RGB")
        began = time.process_time()
        mask = remove(picture, session=session, only_mask=True)
        seconds.append(time.process_time() - began)
        np.save(target, np.asarray(mask, np.float32) / 255)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
