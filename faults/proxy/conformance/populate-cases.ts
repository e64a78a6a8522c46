import { badBody, type Case, created, failure, gone, json, ok } from './case.ts'

const listen = '127.0.0.1:0'
const loopback = /^127\.0\.0\.1:\d+$/

/** A failed populate is JSON by its content type, unlike every other error. */
const populateFailure = (status: number, error: string | RegExp) => ({
  ...failure(status, error),
  contentType: json,
})

export const populateCases: readonly Case[] = [
  {
    title: 'populate creates a list of proxies',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /populate',
        body: [
          { name, listen, upstream },
          { name: `${name}-off`, listen, upstream, enabled: false },
        ],
        answer: created({
          proxies: [
            { name, listen: loopback, upstream, enabled: true, toxics: [] },
            { name: `${name}-off`, upstream, enabled: false, toxics: [] },
          ],
        }),
      },
      { send: `GET /proxies/${name}`, answer: ok({ enabled: true }) },
      { send: `GET /proxies/${name}-off`, answer: ok({ enabled: false }) },
    ],
  },
  {
    title: 'populate replaces a proxy whose upstream changed, and its toxics go',
    steps: ({ name, upstream }) => [
      { send: 'POST /populate', body: [{ name, listen, upstream }], answer: created() },
      { send: `POST /proxies/${name}/toxics`, body: { type: 'noop' }, answer: ok() },
      {
        send: 'POST /populate',
        body: [{ name, listen, upstream: '127.0.0.1:1' }],
        answer: created({ proxies: [{ upstream: '127.0.0.1:1', enabled: true, toxics: [] }] }),
      },
    ],
  },
  {
    title: 'an empty populate',
    steps: () => [
      {
        send: 'POST /populate',
        body: [],
        answer: created({ proxies: null }),
        ours: { answer: created({ proxies: [] }), differs: 'populate-empty' },
      },
    ],
  },
  {
    title: 'populate names the proxy whose field is missing, and creates none',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /populate',
        body: [{ name, listen, upstream }, { name: `${name}-2` }],
        answer: populateFailure(400, 'missing required field: upstream at proxy 2'),
      },
      {
        send: 'POST /populate',
        body: [{ upstream }],
        answer: populateFailure(400, 'missing required field: name at proxy 1'),
      },
      { send: `GET /proxies/${name}`, answer: failure(404, 'proxy not found') },
    ],
  },
  {
    title: 'a body that is no list is refused',
    steps: () => [
      { send: 'POST /populate', body: 'x', answer: { ...badBody(), contentType: json } },
      { send: 'POST /populate', body: {}, answer: { ...badBody(), contentType: json } },
      { send: 'POST /populate', body: '', answer: { ...badBody(/EOF/), contentType: json } },
    ],
  },
  {
    title: 'populate tells which proxies it made before one could not listen',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /populate',
        body: [
          { name, listen, upstream },
          { name: `${name}-2`, listen: upstream, upstream },
        ],
        answer: {
          status: 500,
          contentType: json,
          body: {
            error: `listen tcp ${upstream}: bind: address already in use`,
            status: 500,
            proxies: [{ name }],
          },
        },
      },
      { send: `GET /proxies/${name}`, answer: ok({ enabled: true }) },
      { send: `GET /proxies/${name}-2`, answer: failure(404, 'proxy not found') },
    ],
  },
  {
    title: 'populate with toxics',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /populate',
        body: [{ name, listen, upstream, toxics: [{ type: 'latency', stream: 'upstream' }] }],
        answer: created({ proxies: [{ toxics: [] }] }),
        ours: {
          answer: created({ proxies: [{ toxics: [{ name: 'latency_upstream' }] }] }),
          differs: 'populate-toxics',
        },
      },
    ],
  },
  {
    title: 'reset enables every proxy and removes every toxic',
    steps: ({ name, upstream }) => [
      { send: 'POST /proxies', body: { name, listen, upstream }, answer: created() },
      {
        send: 'POST /proxies',
        body: { name: `${name}-off`, listen, upstream, enabled: false },
        answer: created(),
      },
      { send: `POST /proxies/${name}/toxics`, body: { type: 'latency' }, answer: ok() },
      { send: 'POST /reset', answer: gone },
      { send: `GET /proxies/${name}`, answer: ok({ enabled: true, toxics: [] }) },
      { send: `GET /proxies/${name}-off`, answer: ok({ enabled: true, toxics: [] }) },
    ],
  },
]
