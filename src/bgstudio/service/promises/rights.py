"""Promises about rights, use, changes and contact: P18 to P26."""

from __future__ import annotations

from bgstudio.service.promises.promise import Promise

RIGHTS = (
    Promise(
        18, 7, "See what is held",
        "You have the right to access your personal data. One page shows everything that is held about you, with its "
        "purpose and how long it is kept.",
        "Open “Your data”. A test fails if a table of the database were missing there.",
        (
            "tests/service/test_rights.py::test_every_table_with_a_personal_column_is_claimed_once",
            "tests/service/test_rights.py::test_everything_of_an_account_is_shown_to_it_and_nothing_of_others",
        ),
    ),
    Promise(
        19, 7, "Correct it",
        "You have the right to correct what is wrong: name, e-mail address and picture. A later sign-in does not undo "
        "your correction.",
        "Change your name on your account page, sign out and in again: it stays as you wrote it.",
        (
            "tests/service/test_accounts.py::test_what_the_person_has_corrected_stays",
            "tests/browser/test_account.py::test_correct",
        ),
    ),
    Promise(
        20, 7, "Delete it",
        "You have the right to delete your account and all that belongs to it. It happens at once: the key that opens "
        "your data is destroyed, every device is signed out, and you get a receipt. {backups}",
        "Delete, then sign in again: the account is empty and new. Tests search every byte of database and store "
        "after a deletion.",
        (
            "tests/service/test_deletion.py::test_nothing_of_an_account_is_left_and_everything_of_others_is",
            "tests/service/test_deletion.py::test_every_device_is_out_at_once_and_what_is_still_made_is_refused",
            "tests/web/test_account.py::test_after_a_deletion_no_byte_of_an_account_is_left",
        ),
    ),
    Promise(
        21, 7, "Take it along",
        "You have the right to export your pictures: one ZIP file with pictures, their recipes, your data, and a page "
        "that lists them.",
        "Press “Export” on “Your data” and open the file; it needs no program of ours.",
        (
            "tests/service/test_export.py::test_everything_of_an_account_is_in_it_under_names_that_can_be_read",
            "tests/service/test_export.py::test_stock_tools_find_no_fault_in_it",
        ),
    ),
    Promise(
        22, 7, "Not be counted",
        "You have the right to opt out of analytics. A switch does it, with or without an account, and browsers that "
        "send “Global Privacy Control” or “Do Not Track” are never counted.",
        "Tests send every combination of switch and signal and look for rows: for those who said no there are none.",
        (
            "tests/service/test_events.py::test_who_is_counted",
            "tests/web/test_ratings.py::test_who_says_no_is_not_counted_at_all",
            "tests/browser/test_account.py::test_opting_out",
            "tests/browser/test_legal.py::test_counting_is_chosen_where_it_is_promised",
        ),
    ),
    Promise(
        23, 7, "Ask a person",
        "To exercise these rights in any other way, use {contact}. A request has a page of its own, on which you "
        "follow it to its answer.",
        "Send a request: you get an address at which its state and its answer are shown.",
        (
            "tests/browser/test_contact.py::test_a_letter_is_followed_to_its_answer",
            "tests/web/test_contact.py::test_a_letter_is_sent_without_an_account_and_followed_to_its_answer",
        ),
    ),
    Promise(
        24, 8, "The pictures are yours",
        "Generated pictures are for your commercial and personal use. We claim no ownership of your photos nor of the "
        "generated pictures.",
        "The same words are beside the downloads and in every export.",
        ("tests/service/test_export.py::test_the_index_reads_offline_and_leads_to_every_file",
         "tests/web/test_legal.py::test_the_terms_are_beside_every_download",
         "tests/browser/test_legal.py::test_the_words_about_use_are_beside_the_downloads"),
    ),
    Promise(
        25, 9, "Changes are shown",
        "This policy is written from the settings of this studio, so it changes when they do. Then the date above "
        "changes, earlier versions stay readable, and a notice tells you of it once.",
        "Open “Earlier versions”: any two can be compared. A test changes how long things are kept and looks at the "
        "page, its date and the notice.",
        (
            "tests/service/test_policy.py::test_other_settings_make_a_new_version",
            "tests/web/test_legal.py::test_a_changed_setting_changes_page_date_and_notice",
        ),
    ),
    Promise(
        26, 10, "Letters are sealed",
        "Questions about this policy or your data go through the contact form; an e-mail address is optional. Letters "
        "are stored sealed, and answered ones are deleted after {letters}. One network address may send "
        "{letters_a_day} a day. {told}{mail}",
        "Write a letter. Tests look for its words in the raw bytes of the database, and send more letters than are "
        "allowed.",
        (
            "tests/service/test_letters.py::test_nothing_of_a_letter_is_readable_on_the_disk",
            "tests/service/test_letters.py::test_an_address_sends_five_a_day_with_or_without_a_visit",
            "tests/service/test_letters.py::test_the_relay_is_told_of_the_kind_and_nothing_else",
        ),
    ),
)  # fmt: skip
