import { badBody, type Case, created, gone, ok, type Place, type Step } from './case.ts'

const loopback = /^127\.0\.0\.1:\d+$/
const listen = '127.0.0.1:0'

const proxy = ({ name, upstream }: Place): Step => ({
  send: 'POST /proxies',
  body: { name, listen, upstream },
  answer: created(),
})

/** Names, addresses and fields by the way they are written. */
export const spellingCases: readonly Case[] = [
  {
    title: 'a proxy tells the name it shall listen on, and the address once it has listened',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen: 'localhost:0', upstream, enabled: false },
        answer: created({ listen: 'localhost:0', enabled: false }),
      },
      {
        send: `POST /proxies/${name}`,
        body: { listen: 'LocalHost:0' },
        answer: ok({ listen: 'LocalHost:0', enabled: false }),
      },
      {
        send: `POST /proxies/${name}`,
        body: { enabled: true },
        answer: ok({ listen: loopback, enabled: true }),
      },
      {
        send: `POST /proxies/${name}`,
        body: { enabled: false },
        answer: ok({ listen: loopback, enabled: false }),
      },
    ],
  },
  {
    title: 'fields are taken in any case of letters, and of two spellings the last counts',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: `{"name": "x", "Name": "${name}", "LISTEN": "${listen}", "upStream": "${upstream}", "Enabled": false}`,
        answer: created({ name, upstream, enabled: false }),
      },
      {
        send: `POST /proxies/${name}`,
        body: { ENABLED: true },
        answer: ok({ enabled: true }),
      },
    ],
  },
  {
    title: 'a name of half a surrogate pair',
    steps: ({ upstream }) => [
      {
        send: 'POST /proxies',
        body: `{"name": "\\ud800", "listen": "${listen}", "upstream": "${upstream}"}`,
        answer: created({ name: '\ufffd' }),
        ours: { answer: badBody(/name: /), differs: 'names-in-paths' },
      },
    ],
  },
  {
    title: 'a name with a slash',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name: `${name}/x`, listen, upstream },
        answer: created(),
        ours: { answer: badBody(/name: /), differs: 'names-in-paths' },
      },
      { send: `DELETE /proxies/${name}%2Fx`, answer: { status: 404 } },
    ],
  },
  {
    title: 'a name of dots, which every URL parser folds away',
    steps: ({ upstream }) =>
      ['.', '..'].map(name => ({
        send: 'POST /proxies',
        body: { name, listen, upstream },
        answer: created(),
        ours: { answer: badBody(/name: /), differs: 'names-in-paths' },
      })),
  },
  {
    title: 'a name with a space is reached by its encoded path',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name: `${name} x`, listen, upstream },
        answer: created({ name: `${name} x` }),
      },
      { send: `GET /proxies/${name}%20x`, answer: ok({ name: `${name} x` }) },
      { send: `DELETE /proxies/${name}%20x`, answer: gone },
    ],
  },
  {
    title: 'fields and attributes are taken in any case of letters',
    steps: place => [
      proxy(place),
      {
        send: `POST /proxies/${place.name}/toxics`,
        body: {
          NAME: 'slow',
          Type: 'latency',
          TOXICITY: 0.5,
          Attributes: { Latency: 5, JITTER: 2 },
        },
        answer: ok({ name: 'slow', toxicity: 0.5, attributes: { latency: 5, jitter: 2 } }),
      },
      {
        send: `POST /proxies/${place.name}/toxics/slow`,
        body: { ATTRIBUTES: { LATENCY: 7 } },
        answer: ok({ attributes: { latency: 7, jitter: 2 } }),
      },
    ],
  },
]
