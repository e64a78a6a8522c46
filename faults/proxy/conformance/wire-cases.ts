import { type Case, created, failure, gone, ok } from './case.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/**
 * What clients in other languages send, by their sources: toxiproxy-ruby 2.x (Net::HTTP: a form's
 * content type where it sets none; `enabled: null`), toxiproxy-python 0.1 (requests), and
 * toxiproxy-java 2.x (HttpURLConnection: form's content type, POST for updates, since it has no PATCH).
 */
export const wireCases: readonly Case[] = [
  {
    title: 'Ruby: create, toxicate, disable, enable, destroy',
    steps: ({ name, upstream }) => {
      const headers = { 'content-type': 'application/json', 'user-agent': 'Ruby', accept: '*/*' }
      const bare = { ...form, 'user-agent': 'Ruby', accept: '*/*' }
      const toxic = {
        name: 'latency_downstream',
        type: 'latency',
        stream: 'downstream',
        toxicity: 1.0,
        attributes: { latency: 100 },
      }
      return [
        {
          send: 'POST /proxies',
          headers,
          body: { upstream, name, listen: 'localhost:0', enabled: null },
          answer: created({ name, enabled: true }),
        },
        {
          send: 'POST /populate',
          headers,
          body: [{ name: `${name}-2`, upstream, listen: '127.0.0.1:0' }],
          answer: created({ proxies: [{ name: `${name}-2` }] }),
        },
        { send: 'GET /proxies', headers, answer: ok({ [name]: { name, upstream } }) },
        {
          send: `POST /proxies/${name}/toxics`,
          headers: bare,
          body: toxic,
          answer: ok({ toxicity: 1, attributes: { latency: 100, jitter: 0 } }),
        },
        { send: `GET /proxies/${name}/toxics`, headers, answer: ok([{ type: 'latency' }]) },
        { send: `DELETE /proxies/${name}/toxics/latency_downstream`, headers, answer: gone },
        {
          send: `POST /proxies/${name}`,
          headers,
          body: { enabled: false },
          answer: ok({ enabled: false }),
        },
        {
          send: `POST /proxies/${name}`,
          headers,
          body: { enabled: true },
          answer: ok({ enabled: true }),
        },
        { send: 'POST /reset', headers, answer: gone },
        { send: `DELETE /proxies/${name}`, headers, answer: gone },
        {
          send: `DELETE /proxies/${name}`,
          headers,
          answer: failure(404, 'proxy not found'),
        },
      ]
    },
  },
  {
    title: 'Python: create, add and destroy a toxic, disable, enable, destroy',
    steps: ({ name, upstream }) => {
      const headers = { 'content-type': 'application/json', 'user-agent': 'python-requests/2.32' }
      return [
        { send: 'GET /version', headers, answer: { status: 200 } },
        { send: 'POST /proxies', headers, body: { upstream, name }, answer: created({ name }) },
        {
          send: 'POST /proxies',
          headers,
          body: { upstream, name, listen: '127.0.0.1:0', enabled: true },
          answer: failure(409, 'proxy already exists'),
        },
        {
          send: `POST /proxies/${name}/toxics`,
          headers,
          body: {
            name: 'latency_upstream',
            type: 'latency',
            stream: 'upstream',
            toxicity: 1.0,
            attributes: { latency: 50, jitter: 10 },
          },
          answer: ok({ name: 'latency_upstream' }),
        },
        { send: `GET /proxies/${name}/toxics`, headers, answer: ok([{ stream: 'upstream' }]) },
        { send: `DELETE /proxies/${name}/toxics/latency_upstream`, headers, answer: gone },
        {
          send: `POST /proxies/${name}`,
          headers,
          body: { enabled: false },
          answer: ok({ enabled: false }),
        },
        { send: 'POST /reset', headers: { 'user-agent': 'python-requests/2.32' }, answer: gone },
        { send: `DELETE /proxies/${name}`, headers, answer: gone },
      ]
    },
  },
  {
    title: 'Java: create, set listen and upstream, each toxic, attributes one by one, reset',
    steps: ({ name, upstream }) => {
      const headers = { ...form, 'user-agent': 'Java/17.0.15', accept: 'text/html, */*; q=.2' }
      const toxics = `/proxies/${name}/toxics`
      const add = (type: string, attributes: object) => ({
        send: `POST ${toxics}`,
        headers,
        body: { name: `my-${type}`, stream: 'downstream', toxicity: 1.0, type, attributes },
        answer: ok({ name: `my-${type}`, type, attributes }),
      })
      return [
        {
          send: 'POST /proxies',
          headers,
          body: { name, listen: '127.0.0.1:0', upstream },
          answer: created({ name, enabled: true }),
        },
        {
          send: `POST /proxies/${name}`,
          headers,
          body: { listen: 'localhost:0' },
          answer: ok({ enabled: true }),
        },
        { send: `POST /proxies/${name}`, headers, body: { upstream }, answer: ok({ upstream }) },
        add('latency', { latency: 100, jitter: 0 }),
        add('bandwidth', { rate: 100 }),
        add('slow_close', { delay: 10 }),
        add('timeout', { timeout: 1000 }),
        add('slicer', { average_size: 10, delay: 5, size_variation: 0 }),
        add('limit_data', { bytes: 1000 }),
        add('reset_peer', { timeout: 50 }),
        { send: `GET ${toxics}/my-latency`, headers, answer: ok({ name: 'my-latency' }) },
        {
          send: `POST ${toxics}/my-latency`,
          headers,
          body: { attributes: { jitter: 7 } },
          answer: ok({ attributes: { latency: 100, jitter: 7 } }),
        },
        {
          send: `POST ${toxics}/my-latency`,
          headers,
          body: { toxicity: 0.5 },
          answer: ok({ toxicity: 0.5 }),
        },
        { send: `DELETE ${toxics}/my-latency`, headers, body: '', answer: gone },
        { send: 'POST /reset', headers, body: '', answer: gone },
        { send: `GET /proxies/${name}`, headers, answer: ok({ toxics: [] }) },
        { send: `DELETE /proxies/${name}`, headers, body: '', answer: gone },
      ]
    },
  },
]
