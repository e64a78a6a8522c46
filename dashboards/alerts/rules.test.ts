import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { promtool } from '../../targets/prometheus.ts'
import { prometheusServer } from '../../targets/runtime/prometheus-server.ts'
import { missing } from '../../targets/testing/missing.ts'
import { cases } from './cases.ts'
import { promtoolFile } from './promtool-file.ts'
import { type RuleFile, ruleFile } from './rule-file.ts'
import { rules } from './rules.ts'

const withPromtool = test.skipIf(await missing(prometheusServer))

/** What promtool says of the production rules, changed. */
async function promtoolOn(change: (file: RuleFile) => unknown, among = cases): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alerts-'))
  try {
    const file = join(folder, 'rules.json')
    await writeFile(file, JSON.stringify(change(withoutWords(ruleFile('production')))))
    const files = await Promise.all(
      ([1, 10] as const).map(async step => {
        const tests = join(folder, `tests-${step}.json`)
        await writeFile(tests, JSON.stringify(promtoolFile(file, step, among)))
        return tests
      }),
    )
    return await promtool(['test', 'rules', ...files])
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** promtool compares annotations word by word, and here it is about when a rule fires. */
function withoutWords(file: RuleFile): RuleFile {
  return {
    groups: file.groups.map(group => ({
      ...group,
      rules: group.rules.map(rule => ({ ...rule, annotations: {} })),
    })),
  }
}

/** Every rule with another expression. */
function withExpr(file: RuleFile, of: (expr: string) => string): RuleFile {
  return {
    groups: file.groups.map(group => ({
      ...group,
      rules: group.rules.map(rule => ({ ...rule, expr: of(rule.expr) })),
    })),
  }
}

withPromtool(
  'every rule is silent in calm and without data, fires, and is resolved',
  async () => {
    expect(
      rules.map(({ name }) => name).filter(name => !cases.some(({ alert }) => alert === name)),
    ).toEqual([])
    expect(await promtoolOn(file => file)).toContain('SUCCESS')
  },
  180_000,
)

withPromtool(
  'control: rules that never fire, and rules that always do, are found',
  async () => {
    // Of a few minutes: those that burn a budget for hours take promtool as many seconds.
    const short = cases.filter(({ alert }) => alert === 'InstanceDown')
    expect(short).toHaveLength(1)
    const never = promtoolOn(file => withExpr(file, () => 'vector(1) > 2'), short)
    await expect(never).rejects.toThrow(/got:\[\]/)
    const always = promtoolOn(file => withExpr(file, () => 'vector(1)'), short)
    await expect(always).rejects.toThrow(/got:|Annotations/)
  },
  180_000,
)

test('both environments differ by one factor alone', () => {
  const [production, lab] = (['production', 'lab'] as const).map(environment =>
    ruleFile(environment).groups.flatMap(group => group.rules),
  )
  expect(production?.map(({ alert }) => alert)).toEqual(lab?.map(({ alert }) => alert))
  const fast = (of: typeof lab) => of?.find(({ alert }) => alert === 'ErrorBudgetBurnFast')?.expr
  expect(fast(production)).toMatch(/\[5m\].*> 0\.144 and .*\[1h\]/)
  expect(fast(lab)).toMatch(/\[5s\].*> 0\.144 and .*\[1m\]/)
  const stale = (of: typeof lab) => of?.find(({ alert }) => alert === 'MessageQueueStale')
  expect(stale(production)).toMatchObject({ expr: expect.stringContaining('> 180'), for: '1m' })
  expect(stale(lab)).toMatchObject({ expr: expect.stringContaining('> 3'), for: '1s' })
})

test('a rule can be left out, for its ablation', () => {
  const names = ruleFile('lab', ['InstanceDown']).groups.flatMap(({ rules: all }) =>
    all.map(({ alert }) => alert),
  )
  expect(names).not.toContain('InstanceDown')
  expect(names).toHaveLength(rules.length - 1)
})
