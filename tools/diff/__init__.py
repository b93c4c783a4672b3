"""What a change of the templates means: two revisions' snapshots compared, most dangerous first."""
