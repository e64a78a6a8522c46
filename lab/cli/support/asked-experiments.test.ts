import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listAll } from '../../model/list-all.ts'
import { counterFile, madeUpProject } from '../../testing/made-up-project.ts'
import { askedExperiments } from './asked-experiments.ts'

const suite = counterFile()
  .replace('export default counterExperiment({  })', '')
  .concat("export default { one: counterExperiment(), two: counterExperiment({ title: 'Two' }) }")

const names = (asked: readonly { readonly name: string }[]) => asked.map(({ name }) => name)

test('a name is looked for in the working folder, a file brings its own project', async () => {
  await using project = await madeUpProject({
    'experiments/counting.ts': counterFile(),
    'elsewhere/experiments/deep/counting.mjs': counterFile(),
    'alone.ts': counterFile(),
  })
  const { root } = project
  const asked = (what: string) => askedExperiments(what, root)
  expect(await asked('counting')).toMatchObject([{ name: 'counting', root }])
  expect(await asked('elsewhere/experiments/deep/counting.mjs')).toMatchObject([
    { name: 'counting', root: join(root, 'elsewhere') },
  ])
  expect(await asked('alone.ts')).toMatchObject([{ name: 'alone', root }])
  await expect(asked('none/such.ts')).rejects.toThrow('nothing at')
})

test('a file below the folder of the configuration belongs to the project, not to that folder', async () => {
  await using project = await madeUpProject({
    'resilience.config.js': "export default { experiments: 'resilience/experiments' }",
    'resilience/experiments/counting.ts': counterFile(),
    'resilience/experiments/some.suite.ts': suite,
  })
  const { root } = project
  const file = 'resilience/experiments/counting.ts'
  expect(await askedExperiments(file, root)).toMatchObject([{ name: 'counting', root, file }])
  // By both names, and so is what is listed to be run.
  expect(names(await askedExperiments('some@two', root))).toEqual(['some@two'])
  expect(await listAll(root)).toEqual(['counting', 'some@one', 'some@two'])
})

test('a suite is all of its experiments by its file, and one of them by both names', async () => {
  await using project = await madeUpProject({ 'experiments/some.suite.ts': suite })
  const { root } = project
  const all = await askedExperiments('experiments/some.suite.ts', root)
  expect(names(all)).toEqual(['some@one', 'some@two'])
  expect((await askedExperiments('some@two', root))[0]?.experiment.title).toBe('Two')
  const one = await askedExperiments('experiments/some.suite.ts@two', root)
  // By which it is found again, though no name is.
  expect(one).toMatchObject([{ name: 'some@two', file: 'experiments/some.suite.ts@two' }])
  await expect(askedExperiments('experiments/some.suite.ts@three', root)).rejects.toThrow(
    'one of this suite: one, two',
  )
  await expect(askedExperiments('some@three', root)).rejects.toThrow('some@three')
})

test('what is wrong in a suite is told by its name', async () => {
  const wrong = 'export default { fine: 7 }'
  await using project = await madeUpProject({ 'experiments/some.suite.ts': wrong })
  const asked = askedExperiments('experiments/some.suite.ts', project.root)
  await expect(asked).rejects.toThrow('some.suite.ts, fine to be an experiment')
})
