"""What row code draws with: pictures, sounds, texts and numbers that are the same on every platform."""
