"""The ML data server and the mock data provider in containers: FLOps' own images, or those of the project's Dockerfile."""
