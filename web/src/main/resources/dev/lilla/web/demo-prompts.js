/** What the demo models are trained to do, as docs/guide/demo.md tells: an instruction, a line break, a text. */
const PROMPTS = {
  en: [
    'Classify this message.\nI ordered from Brolvik Studio two weeks ago. My parcel has not arrived yet. My guests arrive tomorrow. Best wishes, Greta Lund',
    'Extract customer, product, quantity, order, city, phone as JSON.\nHello, it belongs to order #45195. We bought the Solvik lamp, 3 of them. I live in Bergen. Reach me by phone: 070-134 85 47. Best, Anna Lund',
    'Answer from the text.\nWhat is the phone number of Solvik Tools?\nThis is about Solvik Tools, a bakery. To call Solvik Tools, dial 555-8323.',
    'Summarize this report in one line.\nOf the deliveries, 15 were late. The Solvik lamp led the list. Tampere had a slow week: sales dropped by 27 percent.',
    'Write a cheerful product text.\nname: Solvik, type: tent, color: green, material: cotton, weight: 2.4 kg, feature: a soft handle, for: long trips',
    'Repeat after me:\nSmall models are fast.',
  ],
  sv: [
    'Klassificera meddelandet.\nJag väntar fortfarande på min Solvik radio. Jag hoppas att ni mår bra. Bröllopet är i morgon. Ha det bra!',
    'Ta ut customer, product, quantity, order, city, phone som JSON.\nJag heter Anna Lund. Det gäller Solvik lampa. Antalet är 3. Mitt nummer är 070-153 99 77. Ordernumret är TK-39931. Paketet ska till Bergen.',
    'Svara utifrån texten.\nNär har Solvik Care stängt hela dagen?\nSolvik Care är en cykelbutik. Solvik Care håller stängt varje söndag.',
    'Sammanfatta rapporten på en rad.\nTampere hade en bra vecka: försäljningen växte med 51 procent. Solvik lampa sålde bäst. Av leveranserna var 4 sena.',
    'Skriv en produkttext.\nnamn: Solvik, typ: klocka, färg: vit, material: segelduk, vikt: 3 kg, finess: en ljus lampa, för: trädgården',
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
