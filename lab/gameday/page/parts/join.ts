import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { join, type Me } from '../base/client.ts'

/** Asks for a name, which signs all that this person does. */
export function Join({ link, come }: { link: string; come: (me: Me) => void }) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState('')
  const enter = async (event: Event) => {
    event.preventDefault()
    // Of the form itself: what was typed last may not have been drawn yet.
    const typed = new FormData(event.target as HTMLFormElement).get('name')
    try {
      come(await join(link, `${typed ?? ''}`))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'the lab does not answer')
    }
  }
  if (link === '') {
    return html`<main class="alone"><h1>Game day</h1>
      <p>Open one of the links that the terminal of the lab shows: it says who you are today.</p></main>`
  }
  return html`<main class="alone">
    <h1>Game day</h1>
    <p>Your name signs what you note and do.</p>
    <form onSubmit=${enter}>
      <label>Name <input name="name" required maxlength="60" autocomplete="nickname" autofocus
        value=${name} onInput=${(e: Event) => setName(textOf(e))} /></label>
      <button class="primary">Join</button>
    </form>
    <p role="alert" class="bad">${problem}</p>
  </main>`
}

function textOf({ target }: Event): string {
  return target instanceof HTMLInputElement ? target.value : ''
}
