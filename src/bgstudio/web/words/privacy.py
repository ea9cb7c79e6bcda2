"""Words of the privacy page."""

from __future__ import annotations

from typing import Any, Final

PRIVACY: Final[dict[str, Any]] = {
    "privacy": {
        "title": "What happens to your photo",
        "lede": "What this studio does with what you give it, and how you can check it yourself.",
        "check": "How to check it",
        "vows": [
            {
                "h": "Your photo stays in memory",
                "p": "It is held in memory, sealed, while the job runs. It is dropped when the job ends, however it "
                "ends. Your browser keeps the photo in its own tab and sends it again for the next picture.",
                "proof": "Open “What happened to my photo” under a finished picture: it says when the photo was "
                "dropped. Whoever runs this studio can prove it: “bgstudio privacy audit” sends a photo through it "
                "and searches every file that was written.",
            },
            {
                "h": "Nobody trains on your pictures",
                "p": "The program has no part that collects pictures. Everything is made by the renderer on the "
                "machine this studio runs on.",
                "proof": "The receipt names the renderer and says whether anything left the machine. The source code "
                "is open.",
            },
            {
                "h": "No account, one cookie",
                "p": "The studio knows you by one random number in a cookie. It is there so that you alone see your "
                "pictures, and to count the day's pictures. A second cookie remembers light or dark, if you "
                "choose it.",
                "proof": "Look at the cookies of this page in your browser's developer tools.",
            },
            {
                "h": "Pictures go when the session goes",
                "p": "Finished pictures are kept sealed for your session, so that you can download them. You can "
                "delete them at once, one job or everything.",
                "proof": "Press “Delete everything” below, then open a link to one of your pictures: it is gone.",
            },
            {
                "h": "No third parties",
                "p": "No advertisements, no outside fonts, no scripts from anyone else, no counting pixels.",
                "proof": "Your browser enforces it: look for default-src 'none' in the Content-Security-Policy header. "
                "The network tab of the developer tools shows requests to this address only.",
            },
            {
                "h": "Your product stays your product",
                "p": "Where the product is fully opaque, the picture's values are those of your photo, resized. "
                "Every picture is checked for it, unless you ask for its colour to be matched.",
                "proof": "The receipt of each picture says how many pixels were compared, and how many had changed.",
            },
        ],
        "delete_h": "Delete everything now",
        "delete_p": "Ends your session and deletes all pictures that hang on it.",
        "delete": "Delete everything",
        "deleted": "Your session and all its pictures are deleted.",
    },
}
