"""What a change of the templates means: the accepted ones of two revisions compared, most dangerous first."""
