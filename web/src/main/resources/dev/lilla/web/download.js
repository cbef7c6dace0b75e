/**
 * Hands a value to the user as a JSON file.
 *
 * @param {string} name of the file, without its ending
 * @param {unknown} value
 */
export function downloadJson(name, value) {
  const address = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], {type: 'application/json'}));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'conversation'}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
