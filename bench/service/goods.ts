import { z } from 'zod'
import type { Application, Instance } from '../../targets/scenarios/application.ts'
import type { Answer } from '../../targets/scenarios/client.ts'
import { grant, logIn, newPerson, signedIn } from '../../targets/scenarios/person.ts'

const count = 50
const post = z.object({ id: z.uuid(), slug: z.string() })
const product = z.object({ id: z.uuid() })

/** What there is to read and to buy, and somebody who may. */
export interface Goods {
  /** `authorization` of a person who is signed in for an hour. */
  readonly authorization: string
  readonly postPaths: readonly string[]
  readonly productIds: readonly string[]
}

/** Made past the proxy, by the service's own interface. */
export async function stock(app: Application, instance: Instance): Promise<Goods> {
  const person = newPerson('keeper')
  const { userId } = await signedIn(app, person, instance)
  await grant(app, userId, 'admin')
  const keeper = await logIn(instance.client(), person)
  const goods = { postPaths: [] as string[], productIds: [] as string[] }
  for (let number = 1; number <= count; number++) {
    const draft = await keeper.post('/v1/drafts', { title: `Post ${number}`, body: text })
    const { id, slug } = post.parse(made(draft).body)
    made(await keeper.post(`/v1/drafts/${id}/publish`))
    goods.postPaths.push(`/v1/posts/${slug}`)
    const wanted = { sku: `sku-${number}`, name: `Thing ${number}`, price: '10.00' }
    const added = made(await keeper.post('/v1/products', { ...wanted, stock: 1_000_000 }))
    goods.productIds.push(product.parse(added.body).id)
  }
  return { authorization: `Bearer ${keeper.token}`, ...goods }
}

const text = 'What one reads in a minute. '.repeat(20)

function made(answer: Answer): Answer {
  if (answer.status < 300) return answer
  throw new Error(`expected it to be made, found ${answer.status} ${JSON.stringify(answer.body)}`)
}
