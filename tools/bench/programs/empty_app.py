"""A CDK app with next to nothing in it, which is what synthesis costs at least."""

from aws_cdk import App, CfnWaitConditionHandle, Stack

app = App()
# The CLI refuses a template without a resource.
CfnWaitConditionHandle(Stack(app, "Empty"), "Nothing")
app.synth()
