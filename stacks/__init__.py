"""What runs on AWS: one module a stack, and the constructs they share. Imports schemas and aws_cdk alone."""
