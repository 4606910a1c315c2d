"""iPaymu, API v2: direct payment by a method of ours, and the list of transactions where an answer was lost."""
