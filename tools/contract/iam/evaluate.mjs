// Reads an account, its policies by name and requests as JSON from standard input, and writes one answer for each
// request: the engine's verdict, or the word for why there is none, and the keys of the context that it left out.
import { readFileSync } from 'node:fs'
import { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const { account, policies, requests } = JSON.parse(readFileSync(0, 'utf8'))

// Each policy is validated once, not for each request.
const validated = (validate) => {
  const known = new Map()
  const made = (name) => createValidatedPolicy(policies[name], validate, { name })
  return (name) => known.get(name) ?? known.set(name, made(name)).get(name)
}
const own = validated(validateIdentityPolicy)
const guarding = validated(validateResourcePolicy)

const answers = []
for (const { principal, action, resource, context, identity, guard } of requests) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: identity.map((name) => ({ name, policy: own(name) })),
    resourcePolicy: guard === null ? undefined : guarding(guard),
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }
  if (action === 'sts:AssumeRoleWithWebIdentity') {
    // AWS's reference names no provider's `aud` and `sub`, though each has them, so that they would be left out.
    answers.push({ verdict: runUnsafeSimulation(simulation, {}), details: '', ignored: [] })
    continue
  }
  const { resultType, overallResult, errors, result } = await runSimulation(simulation, {})
  const failed = resultType === 'error'
  answers.push({
    verdict: failed ? errors.message : overallResult,
    details: failed ? JSON.stringify(errors) : '',
    ignored: result?.ignoredContextKeys ?? []
  })
}
process.stdout.write(JSON.stringify(answers))
