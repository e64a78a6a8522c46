import type { Experiment } from '../../lab/model/experiment.ts'
import { listExperiments, loadExperimentFile } from '../../lab/model/load-experiment.ts'
import type { Page } from './page.ts'
import type { Users } from './used-in.ts'

/** A page for each experiment of the project, from its data and its docstring. */
export async function experimentPages(root: string, users: Users): Promise<readonly Page[]> {
  const found = await listExperiments(root)
  return Promise.all(
    found.map(async ({ name, file }) => {
      const experiment = await loadExperimentFile(file)
      return experimentPage(name, experiment, users.get(name) ?? '')
    }),
  )
}

function experimentPage(name: string, experiment: Experiment, source: string): Page {
  const { title, because, steadyState, schedule, workloads, checks, defences } = experiment
  const comments = [...source.matchAll(/\/\*\*([\s\S]*?)\*\/\nexport default/g)]
  const doc = (comments.at(-1)?.[1] ?? '').replace(/\n\s*\* ?/g, '\n').trim()
  const lines = [
    `# ${name}`,
    `**${title}.** ${because}`,
    doc,
    `\`\`\`sh\npnpm experiment ${name}\npnpm prove ${name}\n\`\`\``,
    '## What is hurt',
    list(schedule.map(({ fault, name }) => `\`${fault.label}\`${name ? ` (${name})` : ''}`)),
    '## What must hold',
    list(Object.entries(checks).map(([key, check]) => `**${key}**: ${check.name}`)),
    '## The steady state',
    list(steadyState.map(({ sentence }) => sentence)),
    '## Traffic',
    list(workloads.map(workload => workload.name)),
    '## Which defences it tests',
    list(defences.map(one => `\`${one.name}\`: without it, **${one.breaks}** breaks`)),
  ]
  return { path: `reference/experiments/${name}`, title: name, markdown: lines.join('\n\n') }
}

function list(items: readonly string[]): string {
  return items.length === 0 ? 'None.' : items.map(item => `- ${item}`).join('\n')
}
