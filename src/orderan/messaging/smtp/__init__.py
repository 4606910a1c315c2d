"""SMTP: letters by whatever mail server the shop has, and what bounces say."""
