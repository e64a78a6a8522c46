import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { LabError } from '../../base/errors.ts'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'
import { readCatalogue } from '../../scenarios/catalogue.ts'
import { evidenceInFiles } from '../../scenarios/evidence-in-files.ts'
import {
  type ScenarioReport,
  type ScenarioState,
  scenarioStates,
} from '../../scenarios/scenario-states.ts'
import { table } from '../support/table.ts'

const catalogueFile = 'docs/scenarios.md'

export function addScenariosCommand(program: Command): void {
  program
    .command('scenarios')
    .description('every scenario of the catalogue: what shows it, and its controls')
    .option('--json', 'print it as JSON, with the title of every test and control')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const report = await reportOn(process.cwd())
      print(process.stdout, json ? JSON.stringify(report, null, 2) : text(report))
      process.exitCode = isComplete(report) ? exitCodes.held : exitCodes.inconclusive
    })
}

async function reportOn(root: string): Promise<ScenarioReport> {
  const catalogue = readCatalogue(
    await readFile(join(root, catalogueFile), 'utf8').catch(noCatalogue),
  )
  // Only this command needs Vitest; the others must not pay for loading it.
  const { evidenceInTests } = await import('../../scenarios/evidence-in-tests.ts')
  const evidence = [...(await evidenceInTests(root)), ...(await evidenceInFiles(root))]
  return scenarioStates(catalogue, evidence)
}

function isComplete({ states, unknown }: ScenarioReport): boolean {
  return unknown.length === 0 && states.every(({ state }) => state !== 'missing')
}

function text({ states, unknown }: ScenarioReport): string {
  const count = (state: ScenarioState['state']) =>
    states.filter(each => each.state === state).length
  const kinds = ['experiment', 'benchmark', 'open', 'missing'] as const
  const bare = states.filter(({ controls }) => controls.length === 0)
  return [
    table(states.map(each => [each.id, each.state, controls(each), what(each)])),
    ...unknown.map(id => `${id}  is not in ${catalogueFile}, but something names it.`),
    `${states.length} scenarios: ${kinds.map(kind => `${count(kind)} ${kind}`).join(', ')}`,
    `no control: ${bare.map(({ id }) => id).join(', ') || 'none'}`,
  ].join('\n')
}

function controls({ controls: { length } }: ScenarioState): string {
  if (length === 0) return 'no control'
  return length === 1 ? '1 control' : `${length} controls`
}

function what(state: ScenarioState): string {
  return state.state === 'missing' ? 'nothing names it' : state.shownBy.join(', ')
}

function noCatalogue(cause: unknown): never {
  throw new LabError(
    {
      code: 'no-catalogue',
      expected: `the catalogue of scenarios in ${catalogueFile}`,
      found: 'no such file',
      why: 'A scenario that is listed nowhere is missed by nobody.',
      next: 'Run this at the root of the project.',
      cause,
    },
    'usage',
  )
}
