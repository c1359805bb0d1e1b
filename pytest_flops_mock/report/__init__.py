"""Reports in the forms of other tools: Markdown, and GitHub's annotations and step summaries. They see findings only."""
