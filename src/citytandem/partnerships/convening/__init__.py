"""Events of a programme: planning, registering, the waiting list, materials, attendance, exports."""
