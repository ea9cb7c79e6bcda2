"""Promises about what is collected, what it is for, and how it is kept: P1 to P10."""

from __future__ import annotations

from bgstudio.service.promises.promise import Promise

COLLECTING = (
    Promise(
        1, 1, "Your photo stays in memory",
        "Product images that you upload are processed in memory only, to make your pictures. They are never stored on "
        "our servers, and they are gone the moment the job ends, however it ends.",
        "Open “What happened to my photo” under a picture: it says when the photo was dropped. Whoever runs this "
        "studio can send a marked photo through every entry and search every file that was written: "
        "“bgstudio privacy audit”.",
        (
            "tests/web/test_uploads.py::test_nothing_of_an_upload_stays_readable",
            "tests/web/test_jobs.py::test_inputs_are_dropped_however_a_job_ends",
            "tests/audit/test_audit.py::test_a_planted_leak_is_found",
        ),
    ),
    Promise(
        2, 1, "Reference images likewise",
        "Reference images for the style are optional. They take the same way as your photo: in memory only, and gone "
        "when the job ends.",
        "The audit sends a marked reference along with its marked photo and searches for both.",
        (
            "tests/web/test_jobs.py::test_inputs_are_dropped_however_a_job_ends",
            "tests/audit/test_audit.py::test_a_planted_leak_is_found",
        ),
    ),
    Promise(
        3, 1, "Signing in gives us three things",
        "If you choose to sign in, your provider, such as Google, gives us your e-mail address, name and profile "
        "picture, and the number by which it knows you. We keep these four and nothing else. {sign_in}",
        "Your account page shows all that is held. The tests sign in at a provider that hands over twenty facts more, "
        "and look for each of them.",
        (
            "tests/identity/test_provider.py::test_of_twenty_claims_four_are_taken",
            "tests/service/test_accounts.py::test_of_twenty_claims_nothing_else_is_anywhere",
        ),
    ),
    Promise(
        4, 1, "Usage data is short",
        "Usage data is what was done, such as “made a picture”, how long it took, and the family and system of your "
        "browser. It holds no photo, no words of yours and no network address, and it is kept for {events}. {counted} "
        "Network addresses are in the security log only; to count the day's pictures we keep a keyed hash of them "
        "for two days at the latest.",
        "There is one table and one part of the program that writes it. A test sends requests with more headers and "
        "looks for them afterwards.",
        (
            "tests/service/test_events.py::test_of_a_visit_that_agreed_exactly_these_fields_are_kept",
            "tests/service/test_events.py::test_nothing_else_writes_usage_data",
            "tests/web/test_ratings.py::test_a_request_with_more_headers_leaves_nothing_else",
        ),
    ),
    Promise(
        5, 2, "Five purposes, no others",
        "Your information serves five purposes only: to make pictures, to sign you in and manage your account, to "
        "watch limits and prevent abuse, to understand and improve how the service works, and to answer your "
        "questions.",
        "Each column of the database names its purpose in the source code, and a test fails for one that does not. "
        "Your account page shows the purpose of everything that is held.",
        (
            "tests/db/test_database.py::test_every_column_says_what_it_is_for",
            "tests/service/test_rights.py::test_every_table_with_a_personal_column_is_claimed_once",
        ),
    ),
    Promise(
        6, 3, "A history, if you sign in",
        "Pictures are kept for {results} at most, so that people who are signed in have a history of them. A visit "
        "without an account sees its own pictures until it ends.",
        "Open History: each picture says how long it stays, and can be downloaded or deleted there.",
        (
            "tests/browser/test_history.py::test_a_picture_is_found_renamed_taken_along_made_again_and_deleted",
            "tests/service/test_results.py::test_pages_are_newest_first_and_complete",
            "tests/service/test_results.py::test_somebody_elses_job_is_an_unknown_one",
        ),
    ),
    Promise(
        7, 3, "Encrypted on the way and where it lies",
        "Your data is encrypted in transit, with TLS, and at rest: pictures, words, profiles and letters are sealed "
        "with AES-256-GCM. Each account and each visit has a key of its own, wrapped by a master key that can be "
        "replaced.",
        "Tests read the raw bytes of database and store and find nothing readable; a wrong key or a moved file opens "
        "nothing. Your browser shows whether the connection to this address is encrypted.",
        (
            "tests/service/test_sweeper.py::test_nothing_readable_is_on_the_disk",
            "tests/service/test_accounts.py::test_nothing_personal_is_readable_on_the_disk",
            "tests/service/test_keys.py::test_rotation_leaves_everything_readable_and_needs_the_old_key_no_more",
            "tests/service/test_results.py::test_a_moved_or_changed_file_fails_closed",
            "tests/web/test_access.py::test_under_tls_the_cookie_is_bound_to_the_host",
        ),
    ),
    Promise(
        8, 4, "No outside AI service without your yes",
        "Pictures are made on the machine this studio runs on. An outside AI service gets your images only after you "
        "have read what it keeps and agreed to that one service; where it can be asked to keep nothing, every call "
        "asks. {outside}",
        "The receipt of each picture says whether anything has left the machine. A test service writes down all that "
        "it gets: before consent, not a single byte.",
        (
            "tests/hosted/test_consent.py::test_consent_given_used_and_taken_back",
            "tests/service/test_outside.py::test_nothing_leaves_before_consent_even_where_nothing_is_kept",
            "tests/service/test_outside.py::test_what_is_sent_carries_the_flags_and_nothing_of_the_person",
            "tests/service/test_outside.py::test_none_is_on_by_default",
            "tests/hosted/test_gate.py::test_nothing_arrives_before_consent",
            "tests/hosted/test_gate.py::test_nothing_arrives_after_consent_was_taken_back",
            "tests/hosted/test_painters.py::test_what_asks_the_service_to_store_nothing_is_on_the_wire",
            "tests/hosted/test_clearing.py::test_what_was_sent_is_deleted_whatever_comes_of_it",
        ),
    ),
    Promise(
        9, 4, "We never see your password",
        "When you sign in, your provider's secure sign-in (OAuth 2 with OpenID Connect) handles it. We get its signed "
        "answer, check it, and never see your password.",
        "Look at the address bar when you type your password: it is your provider's. Tests forge the answer in every "
        "known way, and each is refused.",
        (
            "tests/identity/test_provider.py::test_what_is_not_right_is_refused",
            "tests/identity/test_provider.py::test_the_wrong_verifier_and_a_used_code_are_refused",
            "tests/service/test_accounts.py::test_a_stolen_answer_is_worth_nothing_in_another_browser",
            "tests/service/test_accounts.py::test_signing_in_again_rotates_the_token_of_the_browser",
        ),
    ),
    Promise(
        10, 4, "Storage sees sealed bytes only",
        "Finished pictures are stored for a time for download. In this studio they lie in {store}, sealed before they "
        "get there: the storage never has the key.",
        "The storage takes sealed bytes and nothing else; the program does not run otherwise. Tests run against a "
        "real storage server.",
        (
            "tests/contracts/test_store.py::test_gives_back_what_was_put",
            "tests/service/test_sweeper.py::test_nothing_readable_is_on_the_disk",
        ),
    ),
)  # fmt: skip
