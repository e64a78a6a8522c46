import { chatModule } from './chat/module.ts'
import { checkoutModule } from './checkout/module.ts'
import type { Module } from './kit.ts'

/** The application: adding a module means adding its line here. */
export const modules: readonly Module[] = [checkoutModule, chatModule]
