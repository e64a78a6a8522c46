import type { Module } from './kit.ts'
import { accountsModule } from './modules/accounts/module.ts'
import { agentsModule } from './modules/agents/module.ts'
import { analyticsModule } from './modules/analytics/module.ts'
import { blogModule } from './modules/blog/module.ts'
import { chatModule } from './modules/chat/module.ts'
import { checkoutModule } from './modules/checkout/module.ts'
import { dataModule } from './modules/data/module.ts'
import { filesModule } from './modules/files/module.ts'
import { mailModule } from './modules/mail/module.ts'
import { marketplaceModule } from './modules/marketplace/module.ts'
import { messagesModule } from './modules/messages/module.ts'
import { ordersModule } from './modules/orders/module.ts'
import { sessionsModule } from './modules/sessions/module.ts'
import { settingsModule } from './modules/settings/module.ts'

/** The application: adding a module means adding its line here. */
export const modules: readonly Module[] = [
  settingsModule,
  checkoutModule,
  chatModule,
  mailModule,
  accountsModule,
  sessionsModule,
  ordersModule,
  filesModule,
  blogModule,
  marketplaceModule,
  dataModule,
  analyticsModule,
  messagesModule,
  agentsModule,
]
