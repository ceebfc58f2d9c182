import type { Words } from './phrases/words.ts'

/** Why an account has no score, in words, by its status. */
export const statusWords: Readonly<Record<string, Words>> = {
  in_grace: {
    ru: 'Оплата не прошла. Доступ пока открыт, и списание повторяется; что будет дальше, решит платёж, а не прогноз',
    en: 'The payment has failed. Access is left on while the charge is tried again; the payment will decide, not a forecast',
  },
  paused: {
    ru: 'Подписка стоит на паузе. Прогноз появится, когда пауза закончится',
    en: 'The subscription is paused. There will be a forecast when the pause is over',
  },
  sponsored: {
    ru: 'За подписку платит кто-то другой: это подарок или доступ от партнёра. Продлевать её решает не подписчик, поэтому прогноза нет',
    en: 'Somebody else pays: it is a gift or comes from a partner. Renewing is not up to the subscriber, so there is no forecast',
  },
  insufficient_data: {
    ru: 'Платит меньше трёх дней и ещё нигде не появляется. Судить рано, прогноза пока нет',
    en: 'Has paid for less than three days and has not been seen yet. It is too early to tell',
  },
  opted_out: {
    ru: 'Запрещены все сообщения от сервиса, или аккаунт удаляется. Прогноза нет, и писать нельзя',
    en: 'All messages from the service are refused, or the account is being deleted. There is no forecast, and no contact is allowed',
  },
}
