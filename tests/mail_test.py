"""Receivers are told by mail."""

import email
import email.policy
import json
import os
import unittest

from command_line import Case
from receivers import CERTIFICATES, MailReceiver

PIPELINE = """name: flow
notify: [{on: failed, to: ops}]
steps: {load: {run: exit 3}}
"""


class MailTest(Case):
    def setUp(self):
        super().setUp()
        self.pipeline(PIPELINE)

    def mail_to(self, receiver, more="", to="ops@example.org", tail="", **variables):
        (self.folder / "receivers.yaml").write_text(
            "receivers:\n  ops:\n    mail:\n      server: localhost\n"
            f"      port: {receiver.port}\n      from: Geartrain <gears@example.org>\n"
            f"      to: {to}\n{more}{tail}"
        )
        environment = dict(os.environ, NO_COLOR="1", **variables)
        code, _, talk = self.run_to_end("run", env=environment)
        self.assertEqual(code, 1, talk)
        code, out, _ = self.run_to_end("notification", "list", "--json")
        self.assertEqual(code, 0)
        return json.loads(out)[0]

    def message(self, receiver):
        sender, recipients, data = receiver.next()
        return sender, recipients, email.message_from_bytes(data, policy=email.policy.SMTP)

    def test_a_mail_says_what_happened(self):
        receiver = MailReceiver(self)
        told = self.mail_to(receiver, "      tls: none\n", to="[ops@example.org, Ünal <u@example.org>]")
        self.assertEqual((told["state"], told["answer"]), ("sent", "250 2.0.0 taken"))
        sender, recipients, message = self.message(receiver)
        self.assertEqual((sender, recipients), ("gears@example.org", ["ops@example.org", "u@example.org"]))
        self.assertEqual(message["From"], "Geartrain <gears@example.org>")
        self.assertEqual(message["To"], "ops@example.org, Ünal <u@example.org>")
        self.assertEqual(message["Subject"], "flow/1 failed")
        self.assertEqual(message["Message-ID"], f"<{told['message_id']}@example.org>")
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        text = message.get_content()
        self.assertIn("error     ended with exit code 3\n", text.replace("\r\n", "\n"))

    def test_a_password_goes_over_an_encrypted_connection_only(self):
        for encryption, kind in [("starttls", "PLAIN"), ("starttls", "LOGIN"), ("tls", "PLAIN LOGIN")]:
            with self.subTest(encryption=encryption, kind=kind):
                receiver = MailReceiver(self, encryption, login=(kind, "gears", "oil and $grease"))
                login = "      user: gears\n      password: ${{ secrets.MAIL }}\n"
                told = self.mail_to(
                    receiver,
                    f"      tls: {encryption}\n{login}",
                    GEARTRAIN_CA_FILE=str(CERTIFICATES / "localhost.pem"),
                    GEARTRAIN_SECRET_MAIL="oil and $grease",
                )
                self.assertEqual(told["state"], "sent", told["answer"])
                if encryption == "starttls":
                    self.assertEqual(receiver.said[:2], ["EHLO localhost", "STARTTLS"])

    def test_a_certificate_that_nobody_signed_is_refused_before_anything_is_said(self):
        receiver = MailReceiver(self, "starttls", login=("PLAIN", "gears", "oil"))
        told = self.mail_to(receiver)
        self.assertEqual(told["state"], "waiting")
        self.assertIn("certificate", told["answer"])
        self.assertNotIn("MAIL FROM", " ".join(receiver.said))

    def test_a_server_without_starttls_gets_nothing(self):
        receiver = MailReceiver(self)
        told = self.mail_to(receiver)
        self.assertIn("does not offer STARTTLS, and nothing is sent in the clear", told["answer"])
        self.assertEqual(receiver.said[0], "EHLO localhost")
        self.assertNotIn("MAIL FROM", " ".join(receiver.said))

    def test_a_wrong_password_is_worth_another_try_and_is_not_shown(self):
        receiver = MailReceiver(self, login=("PLAIN", "gears", "oil"))
        told = self.mail_to(
            receiver,
            "      tls: none\n      user: gears\n      password: ${{ secrets.MAIL }}\n",
            GEARTRAIN_SECRET_MAIL="water",
        )
        self.assertEqual(told["state"], "waiting")
        self.assertIn("does not take user and password: 535 wrong password", told["answer"])
        self.assertNotIn("water", json.dumps(told))

    def test_an_address_that_is_refused_for_good_takes_the_mail_from_nobody_else(self):
        receiver = MailReceiver(self, refused=["gone@example.org"])
        told = self.mail_to(receiver, "      tls: none\n", to="[gone@example.org, ops@example.org]")
        self.assertEqual(told["state"], "sent")
        self.assertIn("gone@example.org is refused: 550 nobody of that name", told["answer"])
        self.assertEqual(receiver.next()[1], ["ops@example.org"])

    def test_a_mail_that_all_refuse_is_dead_at_once(self):
        told = self.mail_to(MailReceiver(self, refused=["ops@example.org"]), "      tls: none\n")
        self.assertEqual((told["state"], told["next_at"]), ("dead", None))
        self.assertIn("ops@example.org is refused: 550 nobody of that name", told["answer"])

    def test_a_mail_that_is_put_off_for_one_goes_to_nobody_yet(self):
        receiver = MailReceiver(self, put_off=["late@example.org"])
        told = self.mail_to(receiver, "      tls: none\n", to="[ops@example.org, late@example.org]")
        self.assertEqual(told["state"], "waiting")
        self.assertIn("late@example.org is refused: 451 come again later", told["answer"])
        self.assertTrue(receiver.mails.empty())

    def test_no_text_can_become_another_field(self):
        receiver = MailReceiver(self)
        subject = '"${{ event.run }} über\\r\\nBcc: all@example.org\\r\\n\\r\\nhello"'
        template = '".\\n.hidden\\nQUIT\\n${{ event.error }}"'
        self.mail_to(
            receiver, "      tls: none\n", tail=f"    subject: {subject}\n    template: {template}\n"
        )
        _, recipients, message = self.message(receiver)
        self.assertEqual(recipients, ["ops@example.org"])
        self.assertIsNone(message["Bcc"])
        self.assertEqual(message["Subject"], "flow/1 über Bcc: all@example.org hello")
        lines = message.get_content().replace("\r\n", "\n").split("\n")
        self.assertEqual(lines[:4], [".", ".hidden", "QUIT", "ended with exit code 3"])


if __name__ == "__main__":
    unittest.main()
