import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { images } from '../images.ts'
import { composeFile } from './compose-file.ts'
import { composedLinks } from './links.ts'
import { variable } from './variable.ts'

const root = join(import.meta.dirname, '../../..')
const read = (path: string) => readFile(join(root, path), 'utf8')

const service = z.looseObject({
  image: z.string(),
  build: z.object({ dockerfile: z.string() }).optional(),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }).optional(),
  mem_limit: z.string().optional(),
  cpus: z.number().optional(),
  pids_limit: z.number().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  restart: z.string().optional(),
  cap_drop: z.array(z.string()).default([]),
})
const labelled = z.record(
  z.string(),
  z.object({ labels: z.record(z.string(), z.string()).default({}) }),
)
const composed = z.object({
  services: z.record(z.string(), service),
  networks: labelled,
  volumes: labelled,
})

const text = await read('docker-compose.chaos.yml')
const { services, networks, volumes } = composed.parse(parse(text, { version: '1.1' }))

/** What is wrong with one service, in words. */
function wrongWith(found: unknown): readonly string[] {
  const { healthcheck, mem_limit, cpus, pids_limit, labels, ports, cap_drop } = service.parse(found)
  return [
    ...(healthcheck?.test[0] === 'CMD' ? [] : ['no health check']),
    ...(mem_limit && cpus && pids_limit ? [] : ['no limit']),
    ...(labels['dev.resilience-lab.run'] ? [] : ['no label']),
    ...(cap_drop.includes('ALL') ? [] : ['capabilities']),
    ...ports.filter(port => !/^127\.0\.0\.1:\$\{LAB_\w+_PORT:-\d+\}:\d+$/.test(port)),
  ]
}

test('is what its sources make: node targets/containers/composed/write.ts', () => {
  expect(text).toBe(composeFile())
})

test('every service has a health check, limits, a label, and only ports of loopback', () => {
  expect(Object.keys(services).length).toBeGreaterThan(15)
  for (const [name, each] of Object.entries(services)) expect(wrongWith(each), name).toEqual([])
})

test('control: each lack is found', () => {
  const well = services.proxy
  expect(wrongWith({ ...well, healthcheck: undefined })).toEqual(['no health check'])
  expect(wrongWith({ ...well, mem_limit: undefined })).toEqual(['no limit'])
  expect(wrongWith({ ...well, labels: {} })).toEqual(['no label'])
  expect(wrongWith({ ...well, cap_drop: [] })).toEqual(['capabilities'])
  expect(wrongWith({ ...well, ports: ['8474:8474'] })).toEqual(['8474:8474'])
  expect(wrongWith({ ...well, ports: [`0.0.0.0:${variable('LAB_X_PORT', '1')}:1`] })).toHaveLength(
    1,
  )
})

test('networks and volumes carry the label by which leftovers are found', () => {
  for (const [name, { labels }] of Object.entries({ ...networks, ...volumes })) {
    expect(labels, name).toHaveProperty(['dev.resilience-lab.run'])
  }
})

test('no two host ports and no two links are the same', () => {
  const ports = Object.values(services).flatMap(each =>
    each.ports.map(port => /:-(\d+)\}/.exec(port)?.[1]),
  )
  expect(new Set(ports).size).toBe(ports.length)
  expect(new Set(composedLinks.map(({ name }) => name)).size).toBe(composedLinks.length)
})

test('needs no variable: the file is valid as it stands', () => {
  expect(text.match(/\$\{\w+:?\?/g)).toBeNull()
})

test('images have the names that stand-ins are built under, and Dockerfiles begin with', async () => {
  const standIns = await read('.ci/docker/stand-ins')
  const own = new Set(['service', 'proxy', 'peers'])
  for (const [key, { name, variable }] of Object.entries(images)) {
    if (key !== 'grafana' && !own.has(key)) expect(standIns, key).toContain(`[${key}]=${name}`)
    expect(text).toContain(`\${${variable}:-${name}}`)
  }
  const dockerfiles = Object.values(services).flatMap(({ build }) => build?.dockerfile ?? [])
  for (const path of new Set(dockerfiles)) {
    const bases = [...(await read(path)).matchAll(/^FROM (\S+)/gm)].map(([, base = '']) => base)
    for (const base of bases) expect(standIns, `${path} ${base}`).toContain(`=${base}`)
  }
})
