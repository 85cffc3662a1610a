export const en = { rooms: { title: 'Live now' } };
