"""Engines that run a served network: torch and OpenVINO, and the self-test that picks one."""
