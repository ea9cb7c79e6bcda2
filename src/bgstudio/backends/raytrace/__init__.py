"""raytrace"""
