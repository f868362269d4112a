// Calls about one's tokens, invitations, and who is staff.
import { API, request } from '../api/client';
import type { Invitation, Person, Token } from '../api/types';

export const listTokens = (): Promise<Token[]> => request(`${API}/tokens`);
export const revokeToken = (id: string): Promise<void> => request(`${API}/tokens/${id}`, { method: 'DELETE' });
export const listInvitations = (): Promise<Invitation[]> => request(`${API}/invitations`);
export const revokeInvitation = (id: string): Promise<void> => request(`${API}/invitations/${id}`, { method: 'DELETE' });
export const listPeople = (): Promise<Person[]> => request(`${API}/people`);
export const setStaff = (id: number, staff: boolean): Promise<Person> => request(`${API}/people/${id}`, { method: 'PUT', body: { staff } });

export function createToken(name: string, scopes: string[]): Promise<Token> {
  return request(`${API}/tokens`, { method: 'POST', body: { name, scopes } });
}

export function invite(note: string): Promise<Invitation> {
  return request(`${API}/invitations`, { method: 'POST', body: { note } });
}
