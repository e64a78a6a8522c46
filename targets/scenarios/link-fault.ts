import { z } from 'zod'
import type { Link } from '../../lab/model/capability.ts'
import type { Application } from './application.ts'

const created = z.object({ name: z.string() })

/**
 * Puts a fault on one link of an application, `consumer>provider`, until it is disposed. The toxic
 * is as `docs/proxy-faults.md` says. @throws when the proxy refuses it.
 */
export async function faultOn(app: Application, name: string, toxic: object) {
  const link = linkOf(app, name)
  const toxics = `${link.adminUrl}/proxies/${encodeURIComponent(link.name)}/toxics`
  const ask = async (url: string, init: RequestInit) => {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`The proxy refused a fault: ${answer.status} ${text}`)
    return text
  }
  const body = JSON.stringify(toxic)
  const text = await ask(toxics, { method: 'POST', body })
  const { name: toxicName } = created.parse(JSON.parse(text))
  return {
    [Symbol.asyncDispose]: async () => {
      await ask(`${toxics}/${encodeURIComponent(toxicName)}`, { method: 'DELETE' })
    },
  }
}

/** The link `consumer>provider`. */
export function linkOf(app: Application, name: string): Link {
  const link = app.proxies.links.find(each => `${each.consumer}>${each.provider}` === name)
  if (!link) throw new Error(`There is no link ${name}.`)
  return link
}
