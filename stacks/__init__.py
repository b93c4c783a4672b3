"""What runs on AWS: one module for each stack, and the constructs they share. Imports schemas and aws_cdk alone."""
