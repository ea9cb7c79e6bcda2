"""Promises about anonymous people and about how long things are kept: P11 to P17."""

from __future__ import annotations

from bgstudio.service.promises.promise import Promise

KEEPING = (
    Promise(
        11, 5, "No account needed",
        "You can make pictures without an account: up to {pictures} a day.",
        "Open this page in a private window and make a picture.",
        (
            "tests/browser/test_visit.py::test_drop_look_download",
            "tests/web/test_access.py::test_a_program_without_anything_gets_a_session_with_its_first_job",
        ),
    ),
    Promise(
        12, 5, "A visit is a random number",
        "Without an account, a temporary session counts the day's pictures. It is a random number in a cookie, of "
        "which we keep only a hash. It ends by itself {session} after its last use, and nothing links it to an "
        "account, a name or an e-mail address.",
        "Look at the cookies of this page in your browser's developer tools. Tests move the clock forward and find "
        "nothing left.",
        (
            "tests/db/test_database.py::test_no_session_points_to_an_account",
            "tests/service/test_sweeper.py::test_the_clock_moved_forward_leaves_nothing",
            "tests/service/test_sessions.py::test_the_database_knows_neither_token_nor_key_nor_address",
        ),
    ),
    Promise(
        13, 5, "Network addresses: security only",
        "Network (IP) addresses may be logged for security and against abuse. They are in the security log and "
        "nowhere else, and are deleted after {security}. No other personal data of anonymous people is stored.",
        "A test looks through all tables for another place with a readable address, and moves the clock forward to "
        "see the log emptied.",
        (
            "tests/db/test_database.py::test_a_readable_address_is_in_one_table_only",
            "tests/service/test_security_log.py::test_has_its_own_retention",
        ),
    ),
    Promise(
        14, 6, "Input images: deleted at once",
        "Your photo, your reference image and your brush strokes are deleted the moment the job ends: done, failed, "
        "stopped or crashed.",
        "The receipt of each job says when. The audit checks it for jobs that end well, that fail and that are "
        "stopped.",
        (
            "tests/web/test_jobs.py::test_inputs_are_dropped_however_a_job_ends",
            "tests/audit/test_audit.py::test_a_planted_leak_is_found",
        ),
    ),
    Promise(
        15, 6, "Pictures: deleted after {results}",
        "Generated pictures are deleted {results} after they were made; those of a visit when it ends, if that is "
        "earlier. From that moment they are refused, even where the clean-up is late.",
        "History says how long each picture stays. Tests move the clock forward: refused at once, and gone after the "
        "clean-up, also if it is cut off in the middle.",
        (
            "tests/service/test_results.py::test_results_go_after_seven_days_even_where_the_session_lives_on",
            "tests/service/test_results.py::test_expired_is_refused_at_once_even_before_the_sweep",
            "tests/service/test_sweeper.py::test_a_crash_at_any_step_is_made_good_by_the_next_sweep",
        ),
    ),
    Promise(
        16, 6, "Visits: deleted when they end",
        "Anonymous sessions are deleted when they expire, with their pictures and their counts.",
        "Tests move the clock forward and look at every table and file: nothing of the visit is left.",
        (
            "tests/service/test_sweeper.py::test_the_clock_moved_forward_leaves_nothing",
            "tests/service/test_sessions.py::test_use_keeps_a_session_alive_and_disuse_ends_it",
        ),
    ),
    Promise(
        17, 6, "Accounts: kept until you delete them",
        "Your account stays until you ask for its deletion, however long you are away. A device that is not used for "
        "{account} is signed out.",
        "A test moves the clock forward until every device is signed out, and signs in to the same account again.",
        ("tests/service/test_accounts.py::test_an_account_outlives_its_sign_ins",),
    ),
)  # fmt: skip
