/** As the `engines` of the package say: from here on Node runs experiments written in TypeScript. */
export const oldestNode = '22.18'

/** What to say where this version cannot run the lab; undefined where it can. Runs on any Node. */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least = 0, leastMinor = 0] = oldestNode.split('.').map(Number)
  if (major > least || (major === least && minor >= leastMinor)) return undefined
  return [
    `Expected Node ${oldestNode} or newer, found ${version}.`,
    'Why: older ones cannot run experiments in TypeScript. Only the lab needs it: your service may run on another.',
    'Next: nvm install 24, or npx -y -p node@24 -p resilience-lab resilience-lab …',
  ].join('\n')
}
