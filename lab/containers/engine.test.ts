import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LabError } from '../base/errors.ts'
import { findEngine } from './engine.ts'
import { explainFailure } from './explain-failure.ts'

const docker = {
  Version: '28.1.0',
  ApiVersion: '1.49',
  Os: 'linux',
  Arch: 'arm64',
  Components: [{ Name: 'Engine' }],
}

/** Something that answers as an engine does, on a socket of its own. */
async function engineThatSays(answers: Readonly<Record<string, unknown>>) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-engine-'))
  const socket = join(folder, 'docker.sock')
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    response.statusCode = answer === undefined ? 404 : 200
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}))
  })
  await new Promise<void>(resolve => server.listen(socket, resolve))
  return {
    socket,
    host: `unix://${socket}`,
    [Symbol.asyncDispose]: async () => {
      await new Promise(resolve => server.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
}

async function refusal(environment: Readonly<Record<string, string>>): Promise<LabError> {
  const error = await findEngine(environment).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LabError)) throw new Error(`Expected a refusal, found ${error}`)
  return error
}

test('tells an engine by its answer', async () => {
  await using engine = await engineThatSays({ '/_ping': 'OK', '/version': docker, '/info': {} })
  const found = await findEngine({ DOCKER_HOST: engine.host })
  expect(found).toMatchObject({
    name: 'Docker',
    platform: 'linux/arm64',
    rootless: false,
    lacks: {},
  })
})

test('says where there is no socket that none was started, and how to start one', async () => {
  const error = await refusal({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })
  expect([error.code, error.verdict]).toEqual(['no-engine', 'unable'])
  expect(error.message).toMatch(
    /no socket \/nowhere\/docker\.sock[\s\S]*\.ci\/docker\/engine start/,
  )
})

test.skipIf(process.getuid?.() === 0)('says when the socket may not be opened', async () => {
  await using engine = await engineThatSays({})
  await chmod(engine.socket, 0)
  const error = await refusal({ DOCKER_HOST: engine.host })
  expect(error.code).toBe('engine-forbidden')
  expect(error.message).toContain('usermod -aG docker')
})

test('says when something else answers, and when it is too old', async () => {
  await using other = await engineThatSays({})
  expect((await refusal({ DOCKER_HOST: other.host })).code).toBe('engine-silent')
  await using old = await engineThatSays({
    '/_ping': 'OK',
    '/version': { ...docker, ApiVersion: '1.40' },
    '/info': {},
  })
  expect((await refusal({ DOCKER_HOST: old.host })).code).toBe('engine-too-old')
  expect((await refusal({ DOCKER_HOST: 'ssh://there' })).code).toBe('no-engine')
})

test('knows what a rootless engine and Podman cannot do', async () => {
  await using rootless = await engineThatSays({
    '/_ping': 'OK',
    '/version': docker,
    '/info': { SecurityOptions: ['name=rootless'], CgroupDriver: 'none' },
  })
  const found = await findEngine({ DOCKER_HOST: rootless.host })
  expect(found.lacks.pause).toContain('rootless')
  expect(found.lacks.limits).toContain('rootless')
  await using podman = await engineThatSays({
    '/_ping': 'OK',
    '/version': { ...docker, Components: [{ Name: 'Podman Engine' }] },
    '/info': {},
  })
  expect(await findEngine({ DOCKER_HOST: podman.host })).toMatchObject({
    name: 'Podman',
    lacks: {},
  })
  expect((await findEngine({ DOCKER_HOST: podman.host })).lacks.health).toContain('systemd')
})

test.each([
  ['write /data/x: no space left on device', 'no-space'],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'platform-mismatch'],
  ['Get "https://registry/v2/": dial tcp: lookup registry: no such host', 'no-registry'],
  ['Error: No such image: redis:9', 'no-image'],
  ['Bind for 127.0.0.1:18080 failed: port is already allocated', 'port-taken'],
])('explains %s', (words, code) => {
  expect(explainFailure(`first\n${words}\nlast`)).toMatchObject({ code })
})

test('leaves words alone that it does not know', () => {
  expect(explainFailure('dependency failed to start: it is unhealthy')).toBeUndefined()
})
