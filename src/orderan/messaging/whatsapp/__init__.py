"""WhatsApp, by Meta's Cloud API: templates, and messages with buttons to whoever wrote within a day."""
