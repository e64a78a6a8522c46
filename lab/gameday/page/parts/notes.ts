import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { type NoteType, noteTypes } from '../../../journal/crew-words.ts'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { clock } from '../base/words.ts'

/** What people saw, decided, ask and will do; and who noticed something when. */
export function Notes({ view, doIt, can }: { view: DayView; doIt: Do; can: boolean }) {
  const [type, setType] = useState<NoteType>('fact')
  const [text, setText] = useState('')
  const [more, setMore] = useState({ owner: '', due: '' })
  const write = async (event: Event) => {
    event.preventDefault()
    const { owner, due } = more
    const whose = type === 'follow-up' ? { ...(owner && { owner }), ...(due && { due }) } : {}
    if (await doIt({ do: 'note', type, text, ...whose })) setText('')
  }
  const choose = (chosen: NoteType) => {
    setType(chosen)
    document.getElementById('note-text')?.focus()
  }
  const all = [
    ...view.notes.map(note => ({ ...note, what: note.type as string })),
    ...view.noticed.map(each => ({
      ...each,
      what: 'noticed',
      text: each.believes,
      owner: '',
      due: '',
      note: `${each.atMs}`,
    })),
  ].toSorted((a, b) => b.atMs - a.atMs)
  return html`<section class="card" aria-labelledby="notes-title">
    <h2 id="notes-title">Notes <span class="count">${view.noteCount}</span></h2>
    ${
      can &&
      html`<form onSubmit=${write}>
      <div class="row types" role="group" aria-label="Type of the note">${noteTypes.map(
        each =>
          html`<button type="button" id=${`note-${each}`} class="quiet" aria-pressed=${each === type} onClick=${() => choose(each)}>${each}</button>`,
      )}</div>
      <label class="hidden-label"><span>Note</span><textarea id="note-text" rows="2" required maxlength="2000" value=${text}
        onInput=${(e: Event) => setText((e.target as HTMLTextAreaElement).value)}
        onKeyDown=${(e: KeyboardEvent) => e.key === 'Enter' && !e.shiftKey && text && write(e)}></textarea></label>
      ${
        type === 'follow-up' &&
        html`<div class="row"><label>Owner<input maxlength="200" value=${more.owner} onInput=${(e: Event) => setMore({ ...more, owner: (e.target as HTMLInputElement).value })} /></label>
          <label>Due<input type="date" value=${more.due} onInput=${(e: Event) => setMore({ ...more, due: (e.target as HTMLInputElement).value })} /></label></div>`
      }
      <button>Note</button></form>`
    }
    <ol class="notes" tabindex="0" aria-label="All notes, the latest first">${all.map(
      each => html`<li key=${each.note} class=${each.what}><span class="chip">${each.what}</span> ${each.text}
        <span class="soft">${clock(each.atMs)}, ${each.by}${each.owner && ` · ${each.owner}`}${each.due && ` · by ${each.due}`}</span></li>`,
    )}</ol></section>`
}
