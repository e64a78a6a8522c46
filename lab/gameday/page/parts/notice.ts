import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { Do } from '../base/client.ts'

/** Somebody saw that something is wrong: the moment counts, and what they believe it is. */
export function Notice({ doIt }: { doIt: Do }) {
  const [believes, setBelieves] = useState('')
  const notice = async (event: Event) => {
    event.preventDefault()
    if (await doIt({ do: 'notice', believes })) setBelieves('')
  }
  return html`<section class="card" aria-labelledby="notice-title">
    <h2 id="notice-title">Is something wrong?</h2>
    <form onSubmit=${notice} class="notice"><label>What you believe it is
      <input id="notice" required maxlength="2000" value=${believes} autocomplete="off"
        onInput=${(e: Event) => setBelieves((e.target as HTMLInputElement).value)} /></label>
      <button class="primary">I noticed</button></form></section>`
}
