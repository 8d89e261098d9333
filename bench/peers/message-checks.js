/** The checks of the form on the page, by hand. Gives the row to store, or what is wrong by field. */
export function readMessage({ name = '', email = '', guests = '', body = '' }) {
  const errors = {};
  if (name === '') errors.name = 'Please fill in this field.';
  else if (name.length > 80) errors.name = 'Please write no more than 80 characters.';
  if (
    !/^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)*$/i.test(email)
  ) {
    errors.email = 'Please write an email address.';
  }
  const count = guests === '' ? null : Number(guests);
  if (count !== null && !(Number.isInteger(count) && count >= 1 && count <= 12)) {
    errors.guests = 'Please choose a number from 1 to 12.';
  }
  if (body.length < 10) errors.body = 'Please write at least 10 characters.';
  return Object.keys(errors).length > 0 ? { errors } : { row: [name, email, count, body] };
}
