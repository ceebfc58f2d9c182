/** A number of hours in words: `40 min`, `26 h`, `3 d 2 h`. */
export function hoursText(hours: number): string {
  if (hours < 1) return `${Math.round(hours * 60)} min`
  const whole = Math.round(hours)
  if (whole < 72) return `${whole} h`
  return whole % 24 === 0 ? `${whole / 24} d` : `${Math.floor(whole / 24)} d ${whole % 24} h`
}
