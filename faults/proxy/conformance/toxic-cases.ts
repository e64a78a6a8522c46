import { badBody, type Case, created, failure, gone, ok, type Place, type Step } from './case.ts'

const proxy = ({ name, upstream }: Place): Step => ({
  send: 'POST /proxies',
  body: { name, listen: '127.0.0.1:0', upstream },
  answer: created(),
})

/** Attributes of each toxic as answered when none are given. */
const defaults: Readonly<Record<string, object>> = {
  noop: {},
  latency: { latency: 0, jitter: 0 },
  bandwidth: { rate: 0 },
  slow_close: { delay: 0 },
  timeout: { timeout: 0 },
  reset_peer: { timeout: 0 },
  limit_data: { bytes: 0 },
}

export const toxicCases: readonly Case[] = [
  ...Object.entries(defaults).map(
    ([type, attributes]): Case => ({
      title: `${type} has its defaults: name, stream, toxicity and attributes`,
      steps: place => [
        proxy(place),
        {
          send: `POST /proxies/${place.name}/toxics`,
          body: { type },
          answer: ok({
            name: `${type}_downstream`,
            type,
            stream: 'downstream',
            toxicity: 1,
            attributes,
          }),
        },
        {
          send: `POST /proxies/${place.name}/toxics`,
          body: { type, stream: 'upstream', attributes: null },
          answer: ok({ name: `${type}_upstream`, stream: 'upstream', attributes }),
        },
      ],
    }),
  ),
  {
    title: 'slicer has its defaults, but needs a size',
    steps: place => [
      proxy(place),
      {
        send: `POST /proxies/${place.name}/toxics`,
        body: { type: 'slicer', attributes: { average_size: 7 } },
        answer: ok({ attributes: { average_size: 7, size_variation: 0, delay: 0 } }),
      },
      {
        send: `POST /proxies/${place.name}/toxics`,
        body: { type: 'slicer', name: 'sizeless' },
        answer: ok({ attributes: { average_size: 0, size_variation: 0, delay: 0 } }),
        ours: { answer: badBody(/attributes\.average_size: /), differs: 'slicer-size' },
      },
    ],
  },
  {
    title: 'slicer takes a variation as large as its size, and larger',
    steps: place => [
      proxy(place),
      ...[1_000, 3_000].map(size_variation => ({
        send: `POST /proxies/${place.name}/toxics`,
        body: {
          name: `${size_variation}`,
          type: 'slicer',
          attributes: { average_size: 1_000, size_variation },
        },
        answer: ok({ attributes: { average_size: 1_000, size_variation } }),
      })),
    ],
  },
  {
    title: 'a toxic is created, listed, shown, updated and deleted',
    steps: place => {
      const toxics = `/proxies/${place.name}/toxics`
      const toxic = {
        name: 'slow',
        type: 'latency',
        stream: 'upstream',
        toxicity: 0.5,
        attributes: { latency: 10, jitter: 2 },
      }
      return [
        proxy(place),
        { send: `GET ${toxics}`, answer: ok([]) },
        { send: `POST ${toxics}`, body: toxic, answer: ok(toxic) },
        { send: `GET ${toxics}`, answer: ok([toxic]) },
        { send: `GET ${toxics}/slow`, answer: ok(toxic) },
        { send: `GET /proxies/${place.name}`, answer: ok({ toxics: [toxic] }) },
        {
          send: `PATCH ${toxics}/slow`,
          body: { attributes: { latency: 20 } },
          answer: ok({ ...toxic, attributes: { latency: 20, jitter: 2 } }),
        },
        {
          send: `POST ${toxics}/slow`,
          body: { toxicity: 0.25 },
          answer: ok({ toxicity: 0.25, attributes: { latency: 20, jitter: 2 } }),
        },
        { send: `PATCH ${toxics}/slow`, body: {}, answer: ok({ toxicity: 0.25 }) },
        { send: `DELETE ${toxics}/slow`, answer: gone },
        { send: `GET ${toxics}`, answer: ok([]) },
      ]
    },
  },
  {
    title: 'an update with the whole toxic is fine; with another identity it is not',
    steps: place => {
      const path = `/proxies/${place.name}/toxics`
      const toxic = { name: 'x', type: 'latency', stream: 'upstream', toxicity: 1 }
      return [
        proxy(place),
        { send: `POST ${path}`, body: toxic, answer: ok() },
        {
          send: `POST ${path}/x`,
          body: { ...toxic, attributes: { latency: 7, jitter: 0 } },
          answer: ok({ attributes: { latency: 7 } }),
        },
        {
          send: `POST ${path}/x`,
          body: { type: 'bandwidth' },
          answer: ok({ type: 'latency' }),
          ours: { answer: badBody(/type: /), differs: 'identity-fixed' },
        },
      ]
    },
  },
  {
    title: 'an unknown toxic is not found by any call',
    steps: place => {
      const answer = failure(404, 'toxic not found')
      const path = `/proxies/${place.name}/toxics/none`
      return [
        proxy(place),
        { send: `GET ${path}`, answer },
        { send: `PATCH ${path}`, body: {}, answer },
        { send: `POST ${path}`, body: {}, answer },
        { send: `DELETE ${path}`, answer },
      ]
    },
  },
  {
    title: 'a second toxic of a name is a conflict',
    steps: place => {
      const send = `POST /proxies/${place.name}/toxics`
      return [
        proxy(place),
        { send, body: { type: 'latency' }, answer: ok() },
        { send, body: { type: 'latency' }, answer: failure(409, 'toxic already exists') },
        {
          send,
          body: { type: 'noop', name: 'latency_downstream' },
          answer: failure(409, 'toxic already exists'),
        },
      ]
    },
  },
  {
    title: 'type and stream are checked',
    steps: place => {
      const send = `POST /proxies/${place.name}/toxics`
      const stream = failure(400, 'stream was invalid, can be either upstream or downstream')
      return [
        proxy(place),
        ...[{ type: 'nope' }, { type: 'down' }, {}, { name: 'only' }].map(body => ({
          send,
          body,
          answer: failure(400, 'invalid toxic type'),
        })),
        { send, body: { type: 'latency', stream: 'sideways' }, answer: stream },
        { send, body: { type: 'latency', stream: '' }, answer: stream },
        {
          send,
          body: { type: 'latency', stream: 'Upstream' },
          answer: ok({ name: 'latency_Upstream', stream: 'Upstream' }),
          ours: {
            answer: ok({ name: 'latency_upstream', stream: 'upstream' }),
            differs: 'stream-case',
          },
        },
      ]
    },
  },
  {
    title: 'a body that is no toxic is refused',
    steps: place => {
      const send = `POST /proxies/${place.name}/toxics`
      const attributes = (value: unknown) => ({ type: 'latency', name: 'x', attributes: value })
      return [
        proxy(place),
        { send, body: '', answer: badBody(/EOF/) },
        { send, body: '{"type":', answer: badBody() },
        { send, body: [], answer: badBody() },
        { send, body: attributes([]), answer: badBody(/attributes/) },
        { send, body: attributes({ latency: '3' }), answer: badBody(/attributes\.latency/) },
        { send, body: attributes({ latency: 3.5 }), answer: badBody(/attributes\.latency/) },
        { send, body: { type: 'latency', toxicity: '1' }, answer: badBody(/toxicity/) },
        {
          send,
          body: attributes({ latency: true }),
          answer: badBody(/Go struct field LatencyToxic\.attributes\.latency/),
          ours: { answer: badBody(/attributes\.latency: /), differs: 'go-words' },
        },
      ]
    },
  },
  {
    title: 'a failed update changes nothing',
    steps: place => {
      const path = `/proxies/${place.name}/toxics`
      return [
        proxy(place),
        {
          send: `POST ${path}`,
          body: { type: 'latency', attributes: { latency: 5 } },
          answer: ok(),
        },
        {
          send: `PATCH ${path}/latency_downstream`,
          body: { attributes: { latency: 'x' } },
          answer: badBody(/latency/),
        },
        { send: `PATCH ${path}/latency_downstream`, body: '', answer: badBody(/EOF/) },
        {
          send: `GET ${path}/latency_downstream`,
          answer: ok({ toxicity: 1, attributes: { latency: 5 } }),
        },
      ]
    },
  },
  {
    title: 'misspelt attributes, and figures out of range',
    steps: place => {
      const send = `POST /proxies/${place.name}/toxics`
      const refused = (body: unknown, field: RegExp, differs: 'ranges' | 'unknown-fields') => ({
        send,
        body,
        answer: ok(),
        ours: { answer: badBody(field), differs },
      })
      const attributes = (name: string, value: object) => ({
        type: 'latency',
        name,
        attributes: value,
      })
      return [
        proxy(place),
        refused({ type: 'noop', toxcity: 0 }, /toxcity: /, 'unknown-fields'),
        refused(attributes('a', { latenci: 9 }), /attributes\.latenci: /, 'unknown-fields'),
        refused(attributes('b', { latency: -3 }), /attributes\.latency: /, 'ranges'),
        refused(
          '{"type":"latency","name":"c","attributes":{"jitter":9223372036854775807}}',
          /attributes\.jitter: /,
          'ranges',
        ),
        refused({ type: 'noop', name: 'd', toxicity: 5 }, /toxicity: /, 'ranges'),
        refused({ type: 'noop', name: 'e', toxicity: -0.1 }, /toxicity: /, 'ranges'),
        refused(
          { type: 'bandwidth', name: 'f', attributes: { rate: -1 } },
          /attributes\.rate: /,
          'ranges',
        ),
        refused(
          { type: 'limit_data', name: 'g', attributes: { bytes: -1 } },
          /attributes\.bytes: /,
          'ranges',
        ),
        refused(
          { type: 'timeout', name: 'h', attributes: { timeout: -1 } },
          /attributes\.timeout: /,
          'ranges',
        ),
      ]
    },
  },
  {
    title: 'toxics may come with their proxy',
    steps: ({ name, upstream }) => [
      {
        send: 'POST /proxies',
        body: { name, listen: '127.0.0.1:0', upstream, toxics: [{ type: 'latency' }] },
        answer: created({ toxics: [] }),
        ours: {
          answer: created({ toxics: [{ name: 'latency_downstream' }] }),
          differs: 'populate-toxics',
        },
      },
    ],
  },
]
