/** What the demo models are trained to do, as docs/guide/demo.md tells: an instruction, a line break, a text. */
const PROMPTS = {
  en: [
    'Classify this message.\nThis is about order 4718. My parcel has not arrived yet. Please answer today.',
    'Extract customer, product, quantity, order, city, phone as JSON.\nPlease send 3 lamps to Brevik, says Anna Lund of order 5521. Call 555 0134.',
    'Answer from the text.\nWhen does the shop open?\nThe shop opens at 9 and closes at 17.',
    'Summarize this report in one line.\nOn Monday 14 parcels were sent. On Tuesday 20 parcels were sent.',
    'Write a product text.\nname: Solvik, type: lamp, color: green',
    'Repeat after me:\nSmall models are fast.',
  ],
  sv: [
    'Klassificera meddelandet.\nDet gäller order 4718. Mitt paket har inte kommit. Svara gärna i dag.',
    'Ta ut kund, produkt, antal, order, stad, telefon som JSON.\nSkicka 3 lampor till Brevik, hälsar Anna Lund, order 5521. Ring 555 0134.',
    'Svara utifrån texten.\nNär öppnar butiken?\nButiken öppnar klockan 9 och stänger klockan 17.',
    'Sammanfatta rapporten på en rad.\nPå måndagen skickades 14 paket. På tisdagen skickades 20 paket.',
    'Skriv en produkttext.\nnamn: Solvik, typ: lampa, färg: grön',
    'Säg efter mig:\nSmå modeller är snabba.',
  ],
};

/** @param {string} model */
export function isDemo(model) {
  return /(^|\/)lilla-demo-/.test(model);
}

/**
 * Examples of questions.
 *
 * @param {string} language a code
 * @returns {{task: string, text: string, prompt: string}[]}
 */
export function demoPrompts(language) {
  return PROMPTS[language].map(prompt => {
    const [task, ...text] = prompt.split('\n');
    return {task: task.replace(/[.:]$/, ''), text: text.join(' '), prompt};
  });
}
